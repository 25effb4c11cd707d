npx furlong init books --account 444455556666 --region eu-west-1 --repository my-company/books
