aws lambda publish-version --function-name books --query Version --output text
aws lambda create-alias --function-name books --name live --function-version 1 --query AliasArn --output text
npx furlong url create books:live
npx furlong grant books:live --to reader
