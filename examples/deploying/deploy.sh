npx furlong deploy app.ts --name books --env SHELF=12
npx furlong call 'books/book?page=5'
