from django.core.wsgi import get_wsgi_application

from config.ahead import read_ahead

application = get_wsgi_application()
read_ahead()
