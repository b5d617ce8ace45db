from comments.admin.comment import CommentAdmin
from comments.admin.site import SiteAdmin

__all__ = ["CommentAdmin", "SiteAdmin"]
