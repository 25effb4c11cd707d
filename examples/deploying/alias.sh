npx furlong deploy app.ts --name books --alias live
npx furlong call 'books:live/book?page=5'
