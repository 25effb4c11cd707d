eval "$(npx furlong env --account 444455556666)"
aws iam create-user --user-name partner --query User.Arn --output text
PARTNER=$(aws iam create-access-key --user-name partner --output text \
  --query 'join(`:`, [AccessKey.AccessKeyId, AccessKey.SecretAccessKey])')
eval "$(npx furlong env --account 111122223333)"
BOOKS_URL=$(aws lambda get-function-url-config --function-name books --query FunctionUrl --output text)
