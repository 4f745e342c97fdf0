"""The house's settings with a sample service's addresses."""

from madang.project.settings import *  # noqa: F403

ROOT_URLCONF = "madang.core.pages.tests.sample"
