npx furlong template --zip books.zip > books.yaml        # what furlong.config.ts says, and its code
aws s3 cp books.zip "s3://$BUCKET/books.zip"
aws cloudformation deploy --stack-name books --template-file books.yaml --capabilities CAPABILITY_IAM \
  --parameter-overrides CodeBucket="$BUCKET" CodeKey=books.zip
