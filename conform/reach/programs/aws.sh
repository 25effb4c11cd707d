# The AWS CLI, with nothing set but its keys and region.
call() {
  if text=$(AWS_ACCESS_KEY_ID=$1 AWS_SECRET_ACCESS_KEY=$2 aws lambda list-functions --output json 2>&1); then status=200; else status=403; fi
  printf '[%s,' "$status"
  printf %s "$text" | python3 -c 'import json, sys; print(json.dumps(sys.stdin.read()) + "]", end="")'
}
printf '{"right":' && call "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
printf ',"wrongKey":' && call "$AWS_ACCESS_KEY_ID" "${AWS_SECRET_ACCESS_KEY}x"
printf ',"stranger":' && call "$STRANGER_ACCESS_KEY_ID" "$STRANGER_SECRET_ACCESS_KEY"
printf '}'
