"""Tests of the settings, without CDKTF."""
