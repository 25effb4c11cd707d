npx furlong revoke books --from reader
npx furlong call books/book --as reader
