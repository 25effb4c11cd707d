npx furlong deploy stream.ts --name books --stream
npx furlong call books/chapters
