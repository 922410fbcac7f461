"""What is kept secret: keys per debtor, sealed texts, and the store of sealed documents."""
