npx furlong console
