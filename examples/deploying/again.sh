npx furlong deploy app.ts --name books --env SHELF=13 --timeout 10 --memory-size 1024
npx furlong call 'books/book?page=5'
