npx furlong url get books
npx furlong status
