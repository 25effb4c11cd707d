python3 call.py
