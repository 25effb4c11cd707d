npx furlong doctor books --as reader
