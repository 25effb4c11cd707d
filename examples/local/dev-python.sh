npx furlong dev app.py --name books-in-python
