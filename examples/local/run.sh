npx furlong run -- node read-book.mjs
npx furlong run -- python3 read_book.py
