"""x"""
PORE, BINDER, SULFUR = "pore", "carbon-binder", "sulfur"
FIBRE, DEPOSIT = "fibre", "deposit"
