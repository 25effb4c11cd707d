npx furlong deploy app.py --name books                       # the local side
npx furlong deploy app.py --name books --profile dev         # AWS
