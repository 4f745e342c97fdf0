"""The register of assets and sensors: owner, place, service life."""
