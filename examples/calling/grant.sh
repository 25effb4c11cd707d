npx furlong grant books --to reader
