npx furlong logs -f --since 5m --grep "page [0-9]+"
