"""What the gateway asks communication: signed calls, answered for the caller's creditor only."""

from fastapi import APIRouter

from communication.routes import (
    case_file,
    correspondence,
    disclosures,
    distribution,
    documents,
    erasure,
    inbound,
    links,
    messages,
    templates,
    tracking,
)

routers: list[APIRouter] = [
    distribution.router,
    messages.router,
    templates.router,
    correspondence.router,
    documents.router,
    case_file.router,
    inbound.router,
    erasure.router,
    tracking.router,
    links.router,
    disclosures.router,
]
