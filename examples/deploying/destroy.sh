npx furlong destroy books --plan
npx furlong destroy books
