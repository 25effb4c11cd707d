pip install --target build --platform manylinux2014_x86_64 --python-version 3.13 --only-binary=:all: mangum
cp app.py build && (cd build && zip -qr ../function.zip .)
aws lambda create-function --function-name books --runtime python3.13 --handler app.handler \
  --role "$ROLE" --zip-file fileb://function.zip
aws lambda create-function-url-config --function-name books --auth-type AWS_IAM
