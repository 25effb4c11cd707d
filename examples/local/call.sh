npx furlong call "local/?page=5"
