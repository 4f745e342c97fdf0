"""Where pictures and models come in: video files, the detector's weights, the detector itself."""
