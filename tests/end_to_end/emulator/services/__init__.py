"""What moto lacks, one module for each AWS service; `install()` of each adds it to moto."""
