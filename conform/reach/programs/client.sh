# curl, which signs by itself. Knows nothing of furlong.
call() {
  printf '[%s,' "$(curl -sS -o "$body" -w '%{http_code}' --aws-sigv4 aws:amz:us-east-1:lambda --user "$1:$2" "$url")"
  python3 -c 'import json, sys; print(json.dumps(open(sys.argv[1]).read()) + "]", end="")' "$body"
}
url=$2 body=$(mktemp)
trap 'rm -f "$body"' EXIT
printf '{"right":' && call "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" || exit 1
printf ',"wrongKey":' && call "$AWS_ACCESS_KEY_ID" "${AWS_SECRET_ACCESS_KEY}x"
printf ',"stranger":' && call "$STRANGER_ACCESS_KEY_ID" "$STRANGER_SECRET_ACCESS_KEY"
printf '}'
