"""What moves a deletion on. Its truth is one row in the control plane; everything here only comes by."""
