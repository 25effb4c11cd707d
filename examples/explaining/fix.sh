npx furlong doctor books --as reader --fix --yes
npx furlong call books/book --as reader
