ROLE=$(aws iam create-role --role-name books-role --query Role.Arn --output text \
  --assume-role-policy-document file://lambda-trust.json)
python3 -m zipfile -c app.zip app.py
aws lambda create-function --function-name books --role "$ROLE" \
  --runtime python3.13 --handler app.handler --zip-file fileb://app.zip --query State --output text
aws lambda wait function-active-v2 --function-name books
