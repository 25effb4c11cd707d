npx furlong explain --format json > refusal.json
python3 -c 'import json; print(json.load(open("refusal.json"))["record"]["status"])'
