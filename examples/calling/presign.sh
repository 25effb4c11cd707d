LINK=$(npx furlong presign 'books/book?page=5' --expires 300)
curl --silent --show-error --write-out ' %{http_code}\n' "$LINK"
