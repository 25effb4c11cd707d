READER=$(aws iam create-role --role-name reader --query Role.Arn --output text \
  --assume-role-policy-document file://reader-trust.json)
export BOOKS_URL READER
