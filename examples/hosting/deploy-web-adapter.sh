zip -q function.zip run.sh serve.py
aws lambda create-function --function-name books --runtime python3.13 --handler run.sh \
  --role "$ROLE" --zip-file fileb://function.zip \
  --layers "arn:aws:lambda:$AWS_REGION:753240598075:layer:LambdaAdapterLayerX86:27" \
  --environment 'Variables={AWS_LAMBDA_EXEC_WRAPPER=/opt/bootstrap,AWS_LWA_PORT=8080,AWS_LWA_INVOKE_MODE=response_stream}'
aws lambda create-function-url-config --function-name books --auth-type AWS_IAM --invoke-mode RESPONSE_STREAM
