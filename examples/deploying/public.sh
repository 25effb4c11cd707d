npx furlong deploy app.ts --name open --public
npx furlong call 'open/book?page=5' --unsigned
