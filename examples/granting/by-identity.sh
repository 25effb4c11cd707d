npx furlong deploy app.ts --name writer --no-url
aws iam put-role-policy --role-name writer-role --policy-name call-books --policy-document file://identity.json
npx furlong call books/book --as writer
