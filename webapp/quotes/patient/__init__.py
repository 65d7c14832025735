"""What the patient's page shows: read once (reading), each clinic's answer in words (words), the answers criterion by
criterion (comparison), and the page of all of it (page).
"""
