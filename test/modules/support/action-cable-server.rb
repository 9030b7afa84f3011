# A real ActionCable server (Rails' own, without the rest of Rails), for the tests of `action_cable`.
# `ruby action-cable-server.rb [port]` prints the port it listens on, then serves until its standard input ends.
require 'action_cable'
require 'puma'
require 'logger'

class Connection < ActionCable::Connection::Base
  identified_by :user

  def connect
    token = request.headers['Authorization'].to_s.delete_prefix('Bearer ')
    reject_unauthorized_connection if token == 'bad'
    self.user = token
  end
end

class EchoChannel < ActionCable::Channel::Base
  def subscribed
    reject if params[:secret] && params[:secret] != 'open sesame'
    stream_from "room #{params[:room]}"
  end

  def echo(data)
    transmit(data)
  end

  def speak(data)
    ActionCable.server.broadcast("room #{params[:room]}", { text: data['text'], from: user })
  end

  # Ends the connection of whoever asks, as an administrator would.
  def leave(_data)
    ActionCable.server.remote_connections.where(user: user).disconnect
  end
end

config = ActionCable.server.config
config.cable = { 'adapter' => 'async' }
config.logger = Logger.new($stderr)
config.connection_class = -> { Connection }
config.allow_same_origin_as_host = true
config.allowed_request_origins = []

puma = Puma::Server.new(->(env) { ActionCable.server.call(env) }, Puma::Events.strings)
listener = puma.add_tcp_listener('127.0.0.1', ARGV[0].to_i)
puma.run
puts listener.addr[1]
$stdout.flush
$stdin.read
exit!(0)
