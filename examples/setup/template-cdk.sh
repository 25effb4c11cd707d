npx furlong template app.ts --name books --grant checkout --cdk > lib/books.ts
npx furlong template --from books:live --profile prod --cdk > lib/books.ts      # what is deployed
