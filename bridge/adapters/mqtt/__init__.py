"""MQTT 5 by aiomqtt (the package asyncio-mqtt under its present name): events out, commands in."""
