npx furlong up
