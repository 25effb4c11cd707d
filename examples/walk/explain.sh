npx furlong explain
