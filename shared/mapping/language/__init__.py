"""What a mapping file may say: text becomes typed rules, and every problem is named. Pure."""
