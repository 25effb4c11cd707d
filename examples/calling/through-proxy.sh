curl --silent --show-error --write-out ' %{http_code}\n' 'http://localhost:4000/book?page=5'
