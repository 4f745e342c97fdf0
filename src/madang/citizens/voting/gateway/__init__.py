"""What reaches outside of the house: the server as a trustee's machine sees it, folders, processes."""
