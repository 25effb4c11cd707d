npx furlong deploy app.ts --name books
npx furlong deploy app.ts --name reader --no-url
npx furlong call books/book --as reader
