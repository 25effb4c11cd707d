npx furlong url list
npx furlong url get books
npx furlong url update books --stream --cors https://app.example
