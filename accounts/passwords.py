from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError


class LengthValidator(MinimumLengthValidator):
    """Django's, in our words: its own sentence has no Chinese translation."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要{self.min_length}个字符。"

    def get_help_text(self) -> str:
        return f"密码至少{self.min_length}个字符。"


class ClassesValidator:
    """At least three of: lower case, upper case, digits, other signs."""

    message = "密码须包含大写字母、小写字母、数字、其他符号中的至少三类。"

    def validate(self, password: str, user: object = None) -> None:
        classes = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
        if sum(any(test(c) for c in password) for test in classes) < 3:
            raise ValidationError(self.message, code="password_classes")

    def get_help_text(self) -> str:
        return self.message
