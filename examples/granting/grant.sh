npx furlong grant books --to reader
npx furlong call books/book --as reader
