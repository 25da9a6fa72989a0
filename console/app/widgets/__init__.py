"""What the panes are made of: the virtual list, header, footer, banner and safe static text."""
