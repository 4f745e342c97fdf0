"""What voters, credential authorities, trustees and the tally compute; the verifier uses none of it."""
