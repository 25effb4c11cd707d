aws lambda delete-function-url-config --function-name books
aws lambda delete-function --function-name books --output text
aws iam delete-role --role-name reader
aws iam delete-role --role-name books-role
